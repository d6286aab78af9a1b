-- The order's total without VAT, and shipping and discount without the VAT that is in them.
-- Shopify states VAT for the whole order: its share of the total is the share of each amount. That is exact where
-- all goods have one rate, and the shop's own average where they have several.
select
    o.* replace (
        s.net_amount as net_amount,
        coalesce(s.discount, o.discount_amount) as discount_amount,
        coalesce(s.shipping, o.shipping_amount) as shipping_amount
    )
from orders o
join _shares s on s.message = o.message
