-- Statements whose movements do not lead from the opening to the closing balance: something is missing or doubled.
-- An entry of several payments counts once, with the sum that was booked; what is only pending moves nothing.
-- Statements without both balances (notifications, interim reports) are not judged.
with entries as (
    select distinct
        account_iban, account_id, statement, opening_date, closing_date, opening_balance, closing_balance,
        case when entry is null or entry_amount is null then message end as alone,
        case when entry_amount is not null then entry end as entry,
        case when entry is null or entry_amount is null then amount else entry_amount end as moved
    from payments
    where coalesce(status, 'booked') = 'booked'
),

sums as (
    select
        account_iban, account_id, statement, opening_date, closing_date, opening_balance, closing_balance,
        sum(moved) as moved
    from entries
    where opening_balance is not null and closing_balance is not null
    group by all
),

statements as (
    select *, opening_balance + moved as reached from sums
)

select
    p.message,
    'closing_balance' as field,
    s.closing_balance::decimal(18, 2) as value,
    s.reached::decimal(18, 2) as expected,
    'Statement ' || coalesce(s.statement, '') || ' begins with ' || s.opening_balance::decimal(18, 2)
        || ' and its movements lead to ' || expected || ', but it ends with ' || value || '.' as text,
    'Movements are missing or doubled. Ask the bank for the whole statement; nothing of it is booked.' as hint
from payments p
join statements s
    on s.account_iban is not distinct from p.account_iban
    and s.account_id is not distinct from p.account_id
    and s.statement is not distinct from p.statement
    and s.opening_date is not distinct from p.opening_date
    and s.closing_date is not distinct from p.closing_date
    and s.opening_balance = p.opening_balance
    and s.closing_balance = p.closing_balance
where s.reached <> s.closing_balance
