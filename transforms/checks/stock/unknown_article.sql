-- Articles of the ERP that codes/articles.csv does not know: they will not reach the shop.
select
    s.message,
    s.position,
    'sku' as field,
    s.sku as value,
    'Article ' || s.sku || coalesce(' (' || s.name || ')', '') || ' is not in codes/articles.csv.' as text,
    'If the shop sells it, add a row to codes/articles.csv: erp_sku=' || s.sku || ', sku=(its reference in the shop).'
        as hint
from stock_levels s
where not exists (select 1 from codes.articles a where s.sku in (a.erp_sku, a.sku))
