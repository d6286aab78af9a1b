-- Orders that must not be delivered: cancelled, refunded in full or voided in the shop, or placed to try it out.
-- 1 is the EDIFACT code (1225) of a cancellation; bogus is the payment method of Shopify's test orders.
with reasons as (
    select
        message,
        case
            when lower(function) in ('1', 'cancellation') then 'function'
            when lower(kind) in ('refunded', 'voided', 'cancelled', 'canceled') then 'kind'
            when lower(payment_method) in ('bogus', '(for testing) bogus gateway') then 'payment_method'
        end as field,
        coalesce(number, '') as number,
        function,
        kind,
        payment_method
    from orders
)

select
    message,
    field,
    case field when 'function' then function when 'kind' then kind else payment_method end as value,
    case field
        when 'payment_method' then 'Order ' || number || ' is a test: it was paid with ' || value || '.'
        else 'Order ' || number || ' is not to be delivered: the sender says it is ' || value || '.'
    end as text,
    'Nothing to deliver. If the order is already in your ERP, cancel it there.' as hint
from reasons
where field is not null
