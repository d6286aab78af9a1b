-- What is left of the order's total, shipping and discount without VAT; null where the shop's prices have none in them.
select
    message,
    coalesce(net_amount, gross_amount - coalesce(tax_amount, 0)) as net_amount,
    case when prices_include_tax and gross_amount <> 0 then
        round(decimal_division(shipping_amount * (gross_amount - coalesce(tax_amount, 0)), gross_amount, 6), 2)
    end::decimal(18, 6) as shipping,
    case when prices_include_tax and gross_amount <> 0 then
        round(decimal_division(discount_amount * (gross_amount - coalesce(tax_amount, 0)), gross_amount, 6), 2)
    end::decimal(18, 6) as discount
from orders
