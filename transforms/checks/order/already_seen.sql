-- Orders that this partner has sent before, or twice in this batch: the same number and the same function.
-- A change or a cancellation carries the number of its order and is not the same thing; a copy (functions 7 and
-- 31 of UNTDID 1225) is.
with keyed as (
    select
        o.message,
        o.number,
        coalesce(nullif(nullif(o.function, '7'), '31'), '9') as meant,
        row_number() over (partition by o.number, meant order by o.message) as time
    from orders o
),

past as (
    select
        h.number,
        coalesce(nullif(nullif(h.function, '7'), '31'), '9') as meant,
        min(h.passed_at) as passed_at,
        min_by(h._run, h.passed_at) as run
    from history.orders h
    join partner p on p.id = h.partner
    group by all
)

select
    k.message,
    'number' as field,
    k.number as value,
    case
        when p.number is not null
            then 'Order ' || k.number || ' passed before: on ' || p.passed_at || ', run ' || p.run || '.'
        else 'Order ' || k.number || ' is in this batch more than once.'
    end as text,
    'Nothing to do if the partner sent it twice. If it is a new order, ask him for a new number.' as hint
from keyed k
left join past p on p.number = k.number and p.meant = k.meant
where p.number is not null or k.time > 1
