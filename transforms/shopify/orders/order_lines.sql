-- The rate of VAT of each line, which Shopify does not say: the article's own, from codes/articles.csv.
select l.* replace (coalesce(l.tax_rate, a.tax_rate::decimal(9, 4)) as tax_rate)
from order_lines l
left join codes.articles a on a.sku = l.sku
