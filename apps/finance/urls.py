"""Addresses of finance: claims, payments, the ledger, invoices to clients, receipts, receivables, master data."""

from django.urls import path

from apps.finance.billing.urls import urlpatterns as billing
from apps.finance.expenses.views import ExpenseClaimViews, Ledger, Review
from apps.finance.masterdata.views import RECORDS
from apps.finance.payments.views import ClaimsToPay, Pay, PaymentList
from apps.finance.receipts.urls import urlpatterns as receipts
from apps.finance.receivables.urls import urlpatterns as receivables

app_name = "finance"

_claims = ExpenseClaimViews()

urlpatterns = [
    *ExpenseClaimViews.urls(),
    path("expense-claims/<int:pk>/review/", Review.as_view(kind=_claims), name="expenseclaim-review"),
    path("expense-claims/<int:pk>/pay/", Pay.as_view(kind=_claims), name="expenseclaim-pay"),
    path("claims-to-pay/", ClaimsToPay.as_view(), name="claims-to-pay"),
    path("payments/", PaymentList.as_view(), name="payment-list"),
    path("expense-ledger/", Ledger.as_view(), name="ledger"),
    *billing,
    *receipts,
    *receivables,
    *(pattern for record in RECORDS for pattern in record.urls()),
]
