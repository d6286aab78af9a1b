-- Stock rows without any quantity, or with one below zero.
select
    message,
    position,
    case when on_hand < 0 then 'on_hand' else 'available' end as field,
    coalesce(on_hand, available)::varchar as value,
    'Article ' || sku || coalesce(' in ' || depot, '')
        || case when value is null then ' has no quantity.' else ' has a quantity below zero.' end as text,
    'Correct the stock in the ERP and export it again.' as hint
from stock_levels
where coalesce(on_hand, available) is null or on_hand < 0 or available < 0
