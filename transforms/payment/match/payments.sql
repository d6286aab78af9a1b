-- The customer of each payment: whoever owes the orders that it pays, else whoever paid.
select p.* replace (coalesce(o.customer, y.customer, p.customer) as customer)
from payments p
join _payers y on y.message = p.message
left join (select message, min(customer) as customer from _found group by message having count(distinct customer) = 1) o
    on o.message = p.message
