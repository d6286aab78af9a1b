-- What is on hand, by the shop's variants and locations.
-- Shopify keeps one quantity a variant and location and subtracts what customers have ordered itself, so it is told
-- what is on hand, not what is available. It finds a variant by its handle and options: codes/shopify_variants.csv
-- has a row for each article that is in the shop. codes/depots.csv names the location in shop_warehouse; depots
-- without one are not for sale, and stock without a depot has no place in Shopify. Quantities are whole numbers
-- there: what is left of a piece is not for sale.
select
    s.message,
    v.sku,
    min(s.gtin) as gtin,
    min(s.name) as name,
    d.shop_warehouse as depot,
    null::varchar as lot,
    floor(sum(coalesce(s.on_hand, s.available + coalesce(s.reserved, 0))))::decimal(18, 6) as on_hand,
    min(s.unit) as unit,
    max(s.as_of) as as_of,
    v.handle,
    v.option1_name,
    v.option1_value,
    v.option2_name,
    v.option2_value,
    v.option3_name,
    v.option3_value
from stock_levels s
join codes.depots d on s.depot in (d.depot, d.erp_label) and d.shop_warehouse is not null
left join codes.articles a on s.sku in (a.erp_sku, a.sku)
join codes.shopify_variants v on v.sku = coalesce(a.sku, s.sku)
where a.active is null or a.active = 'yes'
group by all
having on_hand is not null
order by s.message, v.handle, v.sku, d.shop_warehouse
