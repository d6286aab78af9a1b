-- A payment of Sage 100 (#CRGT): payment mode by the kind of movement (codes/payment_kinds.csv and
-- codes/payment_methods.csv), journal and accounts by our bank account (codes/bank_accounts.csv). Texts are cut to
-- what Sage takes and lose the signs that its character set (CP850) does not have.
select
    p.* replace (
        left(coalesce(p.bank_reference, p.entry_reference, p.end_to_end), 17) as bank_reference,
        left(
            replace(
                translate(concat_ws(' ', p.counterparty_name, p.remittance), '’‘“”–—', '''''""--'), 'œ', 'oe'
            ), 35
        ) as remittance,
        upper(p.customer) as customer
    ),
    m.erp_index::integer as payment_mode,
    b.journal,
    b.receivables as ledger_account
from payments p
left join codes.payment_kinds k on k.kind = p.kind
left join codes.payment_methods m on m.method = coalesce(k.method, 'Virement bancaire')
left join codes.bank_accounts b on b.account = coalesce(p.account_iban, p.account_id)
