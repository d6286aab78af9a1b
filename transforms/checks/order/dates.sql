-- Dates that cannot be meant: delivery before the order, the latest day before the requested one.
select
    message,
    'requested_delivery_date' as field,
    requested_delivery_date::varchar as value,
    'not before ' || order_date as expected,
    'Delivery is asked for ' || requested_delivery_date || ', before the order of ' || order_date || '.' as text,
    'Ask the partner for the right date.' as hint
from orders
where requested_delivery_date < order_date
union all
select
    message,
    'latest_delivery_date',
    latest_delivery_date::varchar,
    'not before ' || requested_delivery_date,
    'The latest delivery date ' || latest_delivery_date || ' is before the requested one, '
        || requested_delivery_date || '.',
    'Ask the partner for the right dates.'
from orders
where latest_delivery_date < requested_delivery_date
