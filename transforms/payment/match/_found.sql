-- The orders that a payment pays, and how much of each.
-- Named orders: together they are exactly the amount; or it is one order of this payer, whose amount is not known or
-- is more than was paid (a part of it). No order named: exactly one order of this payer is due with this amount.
with named as (
    select distinct w.message, o.key, o.number, o.order_date, o.due, o.customer
    from _words w
    join _orders o on o.key = w.key
),

judged as (
    select
        n.message,
        sum(n.due) = any_value(p.amount) and count(n.due) = count(*) as exact,
        count(*) = 1
            and bool_and(coalesce(n.customer = y.customer, false))
            and bool_and(n.due is null or n.due > p.amount) as part
    from named n
    join payments p on p.message = n.message
    join _payers y on y.message = n.message
    where p.amount > 0 and coalesce(p.status, 'booked') = 'booked'
    group by n.message
),

guessed as (
    select p.message, any_value(o) as row
    from payments p
    join _payers y on y.message = p.message
    join _orders o
        on o.customer = y.customer and o.due = p.amount and coalesce(o.currency, p.currency) is not distinct from p.currency
    where p.amount > 0
        and coalesce(p.status, 'booked') = 'booked'
        and not exists (select 1 from named n where n.message = p.message)
    group by p.message
    having count(*) = 1
)

select n.message, n.number, n.order_date, case when j.exact then n.due else p.amount end as amount, n.customer
from named n
join judged j on j.message = n.message
join payments p on p.message = n.message
where j.exact or j.part
union all
select g.message, g.row.number, g.row.order_date, g.row.due, g.row.customer
from guessed g
