-- Allowances and charges of the whole order, as Sage 100 takes them: lines with an article of their own.
-- The articles are PORT and REMISE of codes/articles.csv. A deduction is a line of quantity -1, because Sage refuses
-- a negative price. An order that lists nothing but states one discount gives one REMISE line of that amount.
-- VAT follows the goods: where no rate is given and all lines have the same one, it is theirs.
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

extras as (
    select * from listed
    union all
    select message, 'REMISE', null, -1, abs(discount_amount), null
    from orders o
    where discount_amount <> 0 and not exists (select 1 from listed l where l.message = o.message)
),

rates as (
    select message, max(tax_rate) as tax_rate
    from order_lines
    group by message
    having min(tax_rate) = max(tax_rate)
)

select e.* replace (coalesce(e.tax_rate, r.tax_rate) as tax_rate)
from extras e
left join rates r on r.message = e.message
