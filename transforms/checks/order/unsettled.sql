-- Orders whose payment is open or was given back in part: somebody should look before the goods leave.
select
    message,
    'kind' as field,
    kind as value,
    'Order ' || coalesce(number, '') || ' is not settled: the shop says ' || kind || '.' as text,
    'Look at the payment in the shop. Release the order once it is clear what is to be delivered and paid.' as hint
from orders
where lower(kind) in ('pending', 'authorized', 'partially_paid', 'partially_refunded', 'expired')
