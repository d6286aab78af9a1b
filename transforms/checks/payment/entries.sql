-- Entries whose single payments do not make the sum that was booked: details without amounts of their own, or
-- charges that the bank kept.
with entries as (
    select
        account_iban, account_id, statement, opening_balance, closing_balance, entry,
        max(entry_amount) as booked_sum,
        sum(amount) as payments_sum
    from payments
    where entry is not null and entry_amount is not null
    group by all
    having sum(amount) <> max(entry_amount)
)

select
    p.message,
    'amount' as field,
    e.payments_sum::decimal(18, 2) as value,
    e.booked_sum::decimal(18, 2) as expected,
    'Entry ' || e.entry || ' was booked with ' || expected || ', but its payments make ' || value || '.' as text,
    'Look at the entry in the statement: charges, or payments that the bank lists in a separate message.' as hint
from payments p
join entries e
    on e.account_iban is not distinct from p.account_iban
    and e.account_id is not distinct from p.account_id
    and e.statement is not distinct from p.statement
    and e.opening_balance is not distinct from p.opening_balance
    and e.closing_balance is not distinct from p.closing_balance
    and e.entry = p.entry
