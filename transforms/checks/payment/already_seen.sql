-- Movements that this bank has sent before, for example in an interim report or a statement sent again. Banks give no
-- number that is unique, so everything that tells a movement is compared. Two equal ones of the same file are two.
with past as (
    select
        p.message,
        min(h.passed_at) as passed_at,
        min_by(h._run, h.passed_at) as run
    from payments p
    join history.payments h
        on h.booked = p.booked
        and h.amount = p.amount
        and h.value_date is not distinct from p.value_date
        and coalesce(h.account_iban, h.account_id) is not distinct from coalesce(p.account_iban, p.account_id)
        and h.bank_reference is not distinct from p.bank_reference
        and h.entry_reference is not distinct from p.entry_reference
        and h.entry is not distinct from p.entry
        and h.end_to_end is not distinct from p.end_to_end
        and h.remittance is not distinct from p.remittance
    join partner one on one.id = h.partner
    group by p.message
)

select
    p.message,
    'bank_reference' as field,
    coalesce(p.bank_reference, p.entry_reference, p.end_to_end, '') as value,
    'The movement of ' || p.amount::decimal(18, 2) || ' on ' || p.booked || ' passed before: on ' || e.passed_at
        || ', run ' || e.run || '.' as text,
    'Nothing to do if the bank sent it twice. If it is a second payment, take it by hand.' as hint
from payments p
join past e on e.message = p.message
