-- Shipping and discounts of the whole order, as Sage 100 takes them: lines with an article of their own.
-- Allowances and charges that the order lists one by one count; an order that lists none may still state one
-- amount for shipping and one for discounts. The articles are PORT and REMISE of codes/articles.csv. A deduction
-- is a line of quantity -1, because Sage refuses a negative price.
with listed as (
    select
        message,
        case when kind = 'allowance' then 'REMISE' else 'PORT' end as sku,
        description,
        case when kind = 'allowance' then -1 else 1 end as quantity,
        amount,
        tax_rate
    from order_charges
    where amount <> 0
),

stated as (
    select message, 'PORT' as sku, null as description, 1 as quantity, shipping_amount as amount, null as tax_rate
    from orders
    where shipping_amount <> 0
    union all
    select message, 'REMISE', null, -1, abs(discount_amount), null
    from orders
    where discount_amount <> 0
)

select * from listed
union all
select * from stated s where not exists (select 1 from listed l where l.message = s.message)
