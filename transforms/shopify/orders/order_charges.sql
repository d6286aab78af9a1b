-- The discount and the shipping as charges of the order, without VAT, so that an ERP can make lines of them.
with listed as (
    select
        o.message,
        'allowance' as kind,
        c.code,
        coalesce(c.description, c.code) as description,
        coalesce(s.discount, o.discount_amount) as amount
    from orders o
    join _shares s on s.message = o.message
    left join order_charges c on c.message = o.message and c.kind = 'allowance'
    union all
    select o.message, 'charge', null, o.shipping_method, coalesce(s.shipping, o.shipping_amount)
    from orders o
    join _shares s on s.message = o.message
)

select
    message,
    row_number() over (partition by message order by kind, code) as position,
    1 as parent,
    kind,
    code,
    description,
    amount,
    null::decimal(9, 4) as rate,
    null::decimal(9, 4) as tax_rate
from listed
where amount <> 0
