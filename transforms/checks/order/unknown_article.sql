-- Articles that codes/articles.csv does not know by our number, by GTIN or by the buyer's number.
-- Sage 100 would take such a line for a comment and forget the goods.
select
    l.message,
    l.position,
    'order_lines.' || case when l.gtin is not null then 'gtin' when l.sku is not null then 'sku' else 'buyer_sku' end
        as field,
    coalesce(l.gtin, l.sku, l.buyer_sku, '') as value,
    'Line ' || coalesce(l.number, l.position::varchar) || ' orders an article that is not in codes/articles.csv: '
        || coalesce(
            nullif(concat_ws(', ', 'GTIN ' || l.gtin, 'our number ' || l.sku, 'buyer''s number ' || l.buyer_sku), ''),
            'it names no article at all'
        )
        || coalesce(' (' || l.description || ')', '') || '.' as text,
    'Add a row to codes/articles.csv: gtin=' || coalesce(l.gtin, '') || ', sku=' || coalesce(l.sku, '(yours)')
        || ', buyer_sku=' || coalesce(l.buyer_sku, '') || ', erp_sku=(the number in your ERP).' as hint
from order_lines l
where not exists (select 1 from codes.articles a where a.sku = l.sku)
    and not exists (select 1 from codes.articles a where lpad(a.gtin, 14, '0') = lpad(l.gtin, 14, '0'))
    and not exists (select 1 from codes.articles a where a.buyer_sku = l.buyer_sku)
