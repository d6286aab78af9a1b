-- The documents that a payment settles (#CREC), by the numbers that sage100/orders gave them.
select
    a.* replace (
        case
            when length(trim(a.number)) <= 13 then upper(trim(a.number))
            else upper(left(trim(a.number), 6) || left(md5(trim(a.number)), 7))
        end as number
    )
from payment_allocations a
