-- Movements that the bank only announces: they come again once they are booked.
select
    message,
    'status' as field,
    status as value,
    'booked' as expected,
    'The movement of ' || amount::decimal(18, 2) || ' is not booked yet (' || status || ').' as text,
    'Nothing to do: the bank sends it again once it is booked.' as hint
from payments
where status <> 'booked'
