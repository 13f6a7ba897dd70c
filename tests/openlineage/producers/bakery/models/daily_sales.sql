{{ config(materialized='table') }}
select
    l.sold_on,
    l.product,
    sum(l.paid) as revenue
from {{ ref('receipt_lines') }} as l
group by l.sold_on, l.product
