-- The lines of a Sage 100 sales order (#CHLI).
-- Sage wants its own article number (18 characters), 0 or 1 for a price without or with VAT, the discount as a
-- text ("10%", "5,5%"), and the VAT code of codes/vat.csv for the rate and the country of delivery.
select
    l.message,
    row_number() over (partition by l.message order by l.position) as position,
    1 as parent,
    l.number,
    upper(left(trim(coalesce(a.erp_sku, l.sku)), 18)) as sku,
    left(trim(coalesce(l.description, a.name)), 69) as description,
    l.with_tax::integer as price_includes_tax,
    l.unit_price,
    l.quantity,
    replace(rtrim(rtrim(l.discount_rate::varchar, '0'), '.'), '.', ',') || '%' as discount,
    coalesce(l.tax_rate, a.tax_rate::decimal(9, 4)) as tax_rate,
    v.erp_code as tax_code,
    left(l.external_id, 50) as external_id
from _lines l
join orders o on o.message = l.message
left join codes.articles a on a.sku = l.sku
left join codes.vat v
    on v.tax_rate::decimal(9, 4) = coalesce(l.tax_rate, a.tax_rate::decimal(9, 4))
    and v.country = coalesce(o.ship_to_country, o.buyer_country, 'FR')
    and v.category = coalesce(l.tax_category, case when v.tax_rate::decimal(9, 4) = 0 then v.category else 'S' end)
