-- Who paid: by the account that the money came from (kind "iban" of codes/customers.csv), else by the payer's name.
with known as (
    select customer, kind, key, regexp_replace(upper(strip_accents(name)), '[^A-Z0-9]', '', 'g') as name
    from codes.customers
),

named as (
    select name, min(customer) as customer
    from known
    where kind <> 'shop'
    group by name
    having count(distinct customer) = 1
)

select p.message, upper(coalesce(p.customer, i.customer, n.customer)) as customer
from payments p
left join known i on i.kind = 'iban' and i.key = p.counterparty_iban
left join named n on n.name = regexp_replace(upper(strip_accents(p.counterparty_name)), '[^A-Z0-9]', '', 'g')
