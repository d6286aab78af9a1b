-- The order's stated totals against its lines, allowances, charges, shipping and VAT: one cent a line of tolerance.
-- Shipping and discounts may be stated as amounts of the order, listed as charges, or both ways for different
-- things: a total that any of these readings explains is right. Orders with a line without price are not judged.
with lines as (
    select
        message,
        sum(coalesce(net_amount, (quantity * unit_price)::decimal(18, 6))) as amount,
        greatest(count(*), 1) * 0.01 as tolerance
    from order_lines
    group by message
    having count(*) = count(coalesce(net_amount, unit_price))
),

charges as (
    select message, sum(case when kind = 'allowance' then -amount else amount end) as amount
    from order_charges
    group by message
),

totals as (
    select
        o.*,
        l.amount as lines,
        l.tolerance,
        coalesce(o.shipping_amount, 0) - abs(coalesce(o.discount_amount, 0)) as extras,
        coalesce(c.amount, 0) as charges,
        coalesce(o.net_amount, o.gross_amount - o.tax_amount) as net
    from orders o
    join lines l on l.message = o.message
    left join charges c on c.message = o.message
),

compared as (
    select message, 'lines_amount' as field, lines_amount as stated, lines as computed, tolerance
    from totals
    where abs(lines_amount - lines) > tolerance
    union all
    select message, 'net_amount', net, lines + charges + extras, tolerance
    from totals
    where least(
        abs(net - lines - extras), abs(net - lines - charges), abs(net - lines - extras - charges)
    ) > tolerance
    union all
    select message, 'gross_amount', gross_amount, net_amount + tax_amount, tolerance
    from totals
    where abs(gross_amount - net_amount - tax_amount) > tolerance
)

select
    message,
    field,
    stated::decimal(18, 2) as value,
    computed::decimal(18, 2) as expected,
    'The order states ' || field || ' ' || value || ', but its lines, charges and taxes make ' || expected
        || '.' as text,
    'Compare the order with the partner; one cent of tolerance a line is already given.' as hint
from compared
