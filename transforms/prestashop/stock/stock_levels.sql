-- What the shop may sell: one row an article, by the reference the shop knows.
-- The ERP counts by depot and by its own article numbers; PrestaShop wants one quantity a reference. Depots
-- without a shop_warehouse in codes/depots.csv (a cellar, say) are not for sale; articles that are not in
-- codes/articles.csv, or not active there, are not in the shop. Below zero is shown as zero.
select
    s.message,
    a.sku,
    min(a.gtin) as gtin,
    min(a.name) as name,
    d.shop_warehouse as depot,
    sum(s.on_hand)::decimal(18, 6) as on_hand,
    sum(s.reserved)::decimal(18, 6) as reserved,
    sum(s.on_order)::decimal(18, 6) as on_order,
    greatest(sum(coalesce(s.available, s.on_hand - coalesce(s.reserved, 0))), 0)::decimal(18, 6) as available,
    min(s.unit) as unit,
    max(s.as_of) as as_of
from stock_levels s
join codes.articles a on s.sku in (a.erp_sku, a.sku) and a.active = 'yes'
left join codes.depots d on s.depot in (d.depot, d.erp_label)
where s.depot is null or d.shop_warehouse is not null
group by s.message, a.sku, d.shop_warehouse
order by s.message, a.sku, d.shop_warehouse
