-- What the customer has paid already (#CHRE, type 0: deposit, with a text of 35 characters).
-- Sage wants the payment method as a number of its own list: codes/payment_methods.csv. An order that states an
-- amount paid but lists no payment gives one deposit of that amount on the day of the order.
with paid as (
    select message, position, method, amount, currency, paid_on, reference from order_payments
    union all
    select message, 1, payment_method, paid_amount, currency, null, null
    from orders o
    where paid_amount > 0 and not exists (select 1 from order_payments p where p.message = o.message)
)

select
    p.message,
    p.position,
    1 as parent,
    p.method,
    p.amount,
    p.currency,
    coalesce(p.paid_on, o.order_date, o.ordered_at::date) as paid_on,
    left(concat_ws(' ', coalesce(m.label, p.method), p.reference), 35) as reference,
    m.erp_index::integer as payment_mode
from paid p
join orders o on o.message = p.message
left join codes.payment_methods m on lower(m.method) = lower(p.method)
