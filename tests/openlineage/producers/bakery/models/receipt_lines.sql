select
    r.receipt_id,
    r.sold_on,
    p.title as product,
    r.pieces * p.price as paid
from {{ source('till', 'receipts') }} as r
join {{ source('till', 'products') }} as p on p.product_id = r.product_id
