-- Everything that may be an order number in what the payer wrote: each word, and each two or three words in a row.
with texts as (
    select message, unnest([remittance, reference, end_to_end]) as text from payments
    union all select message, number from payment_allocations
),

words as (
    select
        message,
        list_filter(regexp_split_to_array(upper(strip_accents(text)), '[^A-Z0-9]+'), lambda word: word <> '') as words
    from texts
    where text is not null
),

places as (
    select message, words, unnest(range(1, len(words) + 1)) as place from words
)

select distinct message, array_to_string(words[place : place + more], '') as key
from places, (values (0), (1), (2)) as longer(more)
where place + more <= len(words)
