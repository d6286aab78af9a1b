-- The header of a Sage 100 sales order (#CHEN).
-- Sage wants the account, the depot and the delivery place by the labels it knows, the accounting category that
-- decides on VAT and accounts, and a number of at most 13 characters. The order's own number goes into the
-- field for the number in the shop (17 characters), where Sage users look for it. Shipping goes into the header,
-- unless the order lists its charges one by one: then it is among the lines (_extras).
select
    o.* replace (
        n.number as number,
        a.customer as customer,
        coalesce(d.depot, a.depot) as depot,
        left(trim(coalesce(o.buyer_reference, o.number)), 17) as buyer_reference,
        case
            when length(coalesce(o.external_id, n.whole)) <= 17 then coalesce(o.external_id, n.whole)
            else n.number
        end as external_id,
        case when not exists (select 1 from order_charges c where c.message = o.message) then o.shipping_amount end
            as shipping_amount
    ),
    d.erp_label as depot_label,
    a.delivery_label,
    a.accounting_category
from orders o
join _numbers n on n.message = o.message
join _accounts a on a.message = o.message
left join codes.depots d on a.depot in (d.depot, d.erp_label)
