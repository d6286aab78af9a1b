-- A document number that Sage 100 accepts: capitals, at most 13 characters, no blanks at the ends.
-- A longer number keeps its first 6 characters; 7 more are computed from the whole number, so that two long
-- numbers that begin alike stay two documents, and the same order always gets the same number.
select
    message,
    trim(number) as whole,
    case
        when length(trim(number)) <= 13 then upper(trim(number))
        else upper(left(trim(number), 6) || left(md5(trim(number)), 7))
    end as number
from orders
