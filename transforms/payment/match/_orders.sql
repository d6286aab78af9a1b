-- Orders that passed before, the latest version of each: what is still due, and which customer owes it.
-- `key` is the number in capitals and digits alone, as payers write it in any manner ("CMD 2026/17", "cmd-2026-17").
with latest as (
    select o.*, regexp_replace(upper(strip_accents(o.number)), '[^A-Z0-9]', '', 'g') as key
    from history.orders o
    qualify row_number() over (partition by o.partner, o.number order by o.passed_at desc, o._run desc) = 1
),

candidates as (
    select key, partner, 1 as rank, 'gln' as kind, buyer_gln as account from latest
    union all select key, partner, 2, 'gln', bill_to_gln from latest
    union all select key, partner, 3, 'gln', ship_to_gln from latest
    union all select key, partner, 4, 'vat', buyer_vat_number from latest
    union all select key, partner, 5, 'email', lower(buyer_email) from latest
    union all select key, partner, 6, 'shop', partner from latest
),

owners as (
    select c.key, c.partner, min_by(k.customer, c.rank) as customer
    from candidates c
    join codes.customers k on k.kind = c.kind and k.key = c.account
    group by c.key, c.partner
)

select
    o.key,
    o.number,
    o.order_date,
    o.currency,
    o.gross_amount - coalesce(o.paid_amount, 0) as due,
    upper(coalesce(o.customer, w.customer)) as customer
from latest o
left join owners w on w.key = o.key and w.partner = o.partner
where length(o.key) >= 4
