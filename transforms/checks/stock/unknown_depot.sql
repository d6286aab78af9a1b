-- Depots that codes/depots.csv does not know: what lies there will not be offered.
select
    s.message,
    s.position,
    'depot' as field,
    s.depot as value,
    'The depot ' || s.depot || ' of article ' || s.sku || ' is not in codes/depots.csv.' as text,
    'Add a row to codes/depots.csv: erp_label=' || s.depot || ', shop_warehouse=(empty if it is not for sale).' as hint
from stock_levels s
where s.depot is not null
    and not exists (select 1 from codes.depots d where s.depot in (d.depot, d.erp_label))
