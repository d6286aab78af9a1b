-- Our own article number on every line.
-- Retailers order by GTIN or by their own number; codes/articles.csv says which article that is. A number of
-- ours that the table knows is kept; the GTIN is tried next, then the buyer's number. GTINs are compared at 14
-- digits, because the same article may come as 12, 13 or 14. What is not found stays as it came: the check
-- unknown_article refuses it.
select
    l.* replace (
        coalesce(own.sku, by_gtin.sku, by_buyer.sku, l.sku) as sku,
        coalesce(l.description, own.name, by_gtin.name, by_buyer.name) as description,
        coalesce(l.unit, own.unit, by_gtin.unit, by_buyer.unit) as unit
    )
from order_lines l
left join codes.articles own on own.sku = l.sku
left join codes.articles by_gtin on lpad(by_gtin.gtin, 14, '0') = lpad(l.gtin, 14, '0')
left join codes.articles by_buyer on by_buyer.buyer_sku = l.buyer_sku
