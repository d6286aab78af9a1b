-- Money that we paid, and fees: nothing that a customer owed is settled by it.
select
    message,
    'amount' as field,
    amount::decimal(18, 2) as value,
    'The movement of ' || value || ' is no payment received.' as text,
    'Nothing to do: book it from the statement, as before.' as hint
from payments
where amount <= 0
