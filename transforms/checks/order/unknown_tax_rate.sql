-- Lines whose VAT rate has no code of the ERP for the country of delivery: the ERP would book them without VAT.
-- `hold` is a good verdict: the partner cannot mend our code table.
select
    l.message,
    l.position,
    'order_lines.tax_rate' as field,
    l.tax_rate::varchar as value,
    'Line ' || coalesce(l.number, l.position::varchar) || ' has a VAT rate that is not in codes/vat.csv: '
        || rtrim(rtrim(l.tax_rate::varchar, '0'), '.') || ' % in '
        || coalesce(o.ship_to_country, o.buyer_country, 'FR') || '.' as text,
    'Add the row to codes/vat.csv: tax_rate, country, category, and the code of your ERP.' as hint
from order_lines l
join orders o on o.message = l.message
where l.tax_rate is not null
  and not exists (
      select 1
      from codes.vat v
      where v.tax_rate::decimal(9, 4) = l.tax_rate
        and v.country = coalesce(o.ship_to_country, o.buyer_country, 'FR')
  )
