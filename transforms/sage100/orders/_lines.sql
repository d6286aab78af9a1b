-- Articles, shipping and discounts in one list, with the price that Sage 100 shall use.
-- Where the shop sells with VAT, Sage gets the price with VAT and is told so. Where a price before discount and a
-- rate are known, Sage gets both and works out the discount itself; else the price after discount.
select
    l.message,
    l.position,
    l.number,
    l.sku,
    l.description,
    l.variant,
    l.requested_delivery_date,
    l.quantity,
    coalesce(o.prices_include_tax, false) and l.gross_unit_price is not null as with_tax,
    not with_tax and l.discount_rate > 0 and l.gross_unit_price is not null as discounted,
    case when with_tax or discounted then l.gross_unit_price else l.unit_price end as unit_price,
    case when discounted then l.discount_rate end as discount_rate,
    l.tax_rate,
    l.tax_category,
    l.external_id
from order_lines l
join orders o on o.message = l.message
union all
select
    e.message,
    1000000 + row_number() over (partition by e.message order by e.sku, e.description, e.amount),
    null,
    e.sku,
    e.description,
    null,
    null,
    e.quantity,
    false,
    false,
    e.amount,
    null,
    e.tax_rate,
    null,
    null
from _extras e
