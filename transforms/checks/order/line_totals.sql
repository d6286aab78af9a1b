-- A line's stated total against quantity x price, to the cent.
-- A partner may give the price after discounts, or before them with a rate, or list the line's allowances and
-- charges one by one: a total that any of these readings explains is right. Lines that state no total or no price
-- are not judged.
with charges as (
    select message, parent, sum(case when kind = 'allowance' then -amount else amount end) as amount
    from order_line_charges
    group by message, parent
),

readings as (
    select
        l.message,
        l.position,
        l.number,
        l.net_amount,
        (l.quantity * l.unit_price)::decimal(18, 6) as plain,
        (l.quantity * l.unit_price + c.amount)::decimal(18, 6) as charged,
        (l.quantity * l.gross_unit_price)::decimal(18, 6) as gross,
        (gross + c.amount)::decimal(18, 6) as gross_charged,
        (gross * (100 - l.discount_rate)::decimal(9, 4) * 0.01)::decimal(18, 6) as discounted
    from order_lines l
    left join charges c on c.message = l.message and c.parent = l.position
)

select
    message,
    position,
    'order_lines.net_amount' as field,
    net_amount::decimal(18, 2) as value,
    coalesce(discounted, charged, gross_charged, plain, gross)::decimal(18, 2) as expected,
    'Line ' || coalesce(number, position::varchar) || ' states a total of ' || value
        || ', but quantity and price make ' || expected || '.' as text,
    'Ask the partner which is right, the price or the total; a tolerance of 0.01 is already given.' as hint
from readings
where least(
    abs(net_amount - plain), abs(net_amount - charged), abs(net_amount - gross),
    abs(net_amount - gross_charged), abs(net_amount - discounted)
) > 0.01
