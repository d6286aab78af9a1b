-- The same article in the same depot twice in one file: which quantity is right?
select
    message,
    position,
    'sku' as field,
    sku as value,
    'Article ' || sku || coalesce(' in ' || depot, '') || ' stands more than once in the file.' as text,
    'Export the stock again with one row an article, depot and lot.' as hint
from stock_levels
qualify row_number() over (partition by message, sku, depot, lot order by position) > 1
