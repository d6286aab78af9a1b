-- Payments received of which nobody knows what they pay: no customer, or no document. Asked after payment/match.
select
    p.message,
    'remittance' as field,
    coalesce(p.remittance, p.reference, p.end_to_end, '') as value,
    'The payment of ' || p.amount::decimal(18, 2) || ' from ' || coalesce(p.counterparty_name, 'an unknown payer')
        || case
            when p.customer is null then ' fits no customer and no order.'
            else ' is from customer ' || p.customer || ', but fits no order.'
        end as text,
    case
        when p.customer is null
            then 'Ask the payer which order he paid. If it is a known customer, add a row to codes/customers.csv: key='
                || coalesce(p.counterparty_iban, '(his IBAN)') || ', kind=iban, customer=(the account in your ERP).'
        else 'Ask the customer which orders he paid, and enter the payment in your ERP by hand.'
    end as hint
from payments p
where p.amount > 0
    and not exists (select 1 from payment_allocations a where a.message = p.message and a.party is not null)
