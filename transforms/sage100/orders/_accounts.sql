-- Which customer account of Sage 100 an order belongs to, and which of its delivery places.
-- The account comes from the first key that codes/customers.csv knows: the buyer's GLN, the invoice address's,
-- the delivery address's, the VAT number, the e-mail address, and last the account of the shop the order came
-- through. The row of the delivery GLN, where there is one, says the delivery place and the depot.
with candidates as (
    select message, 1 as rank, 'gln' as kind, buyer_gln as key from orders
    union all select message, 2, 'gln', bill_to_gln from orders
    union all select message, 3, 'gln', ship_to_gln from orders
    union all select message, 4, 'vat', buyer_vat_number from orders
    union all select message, 5, 'email', lower(buyer_email) from orders
    union all select o.message, 6, 'shop', p.id from orders o cross join partner p
),

account as (
    select c.message, min_by(k, c.rank) as row
    from candidates c
    join codes.customers k on k.kind = c.kind and k.key = c.key
    group by c.message
)

select
    o.message,
    upper(coalesce(trim(o.customer), a.row.customer)) as customer,
    a.row.accounting_category::integer as accounting_category,
    coalesce(o.depot, place.depot, a.row.depot) as depot,
    coalesce(place.delivery_label, a.row.delivery_label) as delivery_label
from orders o
left join account a on a.message = o.message
left join codes.customers place on place.kind = 'gln' and place.key = o.ship_to_gln
