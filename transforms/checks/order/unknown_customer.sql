-- Orders of somebody that codes/customers.csv does not know, by any of the keys that an order carries.
-- The row of kind "shop" is the account for all orders of a shop; its key is the partner's name in edi.toml.
with keys as (
    select message, 'gln' as kind, unnest([buyer_gln, bill_to_gln, ship_to_gln]) as key from orders
    union all select message, 'vat', buyer_vat_number from orders
    union all select message, 'email', lower(buyer_email) from orders
    union all select o.message, 'shop', p.id from orders o cross join partner p
)

select
    o.message,
    case when o.buyer_gln is not null then 'buyer_gln' else 'buyer_email' end as field,
    coalesce(o.buyer_gln, o.buyer_email, o.buyer_name, '') as value,
    'The buyer ' || coalesce(o.buyer_name || ' ', '')
        || coalesce('(GLN ' || o.buyer_gln || ') ', '(' || o.buyer_email || ') ', '')
        || 'is not in codes/customers.csv.' as text,
    'Add a row to codes/customers.csv: key=' || coalesce(o.buyer_gln, lower(o.buyer_email), p.id) || ', kind='
        || case when o.buyer_gln is not null then 'gln' when o.buyer_email is not null then 'email' else 'shop' end
        || ', customer=(the account in your ERP).' as hint
from orders o
cross join partner p
where o.customer is null
    and not exists (
        select 1 from keys k join codes.customers c on c.kind = k.kind and c.key = k.key where k.message = o.message
    )
