{{ config(materialized='table') }}
select
    s.product,
    s.sold_on as day,
    s.revenue,
    h.is_open as was_open
from {{ ref('daily_sales') }} as s
left join {{ ref('opening_days') }} as h on h.day = s.sold_on
