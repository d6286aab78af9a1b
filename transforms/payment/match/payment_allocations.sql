-- What each payment pays: the orders found, else what the payment itself names.
select
    f.message,
    row_number() over (partition by f.message order by f.number) as position,
    p.position as parent,
    f.number,
    'order' as kind,
    f.order_date as date,
    f.amount::decimal(18, 6) as amount,
    p.currency,
    f.customer as party
from _found f
join payments p on p.message = f.message
union all by name
select a.message, a.position, a.parent, a.number, a.kind, a.date, a.amount, a.currency, a.party
from payment_allocations a
where not exists (select 1 from _found f where f.message = a.message)
