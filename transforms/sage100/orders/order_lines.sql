-- The lines of a Sage 100 sales order (#CHLI).
-- Sage wants its own article number (18 characters), to know whether a price holds VAT, the discount as a text
-- ("10%", "5,5%"), and the VAT code of codes/vat.csv for the rate and the country of delivery. A price has four
-- decimals (shops send six, with VAT). The unit is the one Sage knows for the article. Texts lose the signs that its
-- character set (CP850) does not have.
select
    l.message,
    row_number() over (partition by l.message order by l.position) as position,
    1 as parent,
    l.number,
    upper(left(trim(coalesce(a.erp_sku, l.sku)), 18)) as sku,
    left(replace(translate(trim(coalesce(a.name, l.description)), '’‘“”–—', '''''""--'), 'œ', 'oe'), 69)
        as description,
    l.variant,
    l.requested_delivery_date,
    l.with_tax as price_includes_tax,
    round(l.unit_price, 4)::decimal(18, 6) as unit_price,
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
