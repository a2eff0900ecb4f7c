"""What tuning never sees while it is being measured: whole areas of work, and half of CLINC150's intents.

Chosen before anything was measured. An area of any training file that comes near one of these by its needs is left out
of the measured run as well (see tune.py).
"""
import hashlib

HELD_OUT_AREAS = {
    "field service technicians", "nursing and clinic administration", "marketing campaigns",
    "product management", "data analysis and spreadsheets", "legal and contracts",
    "customer onboarding and success", "presentations and public speaking",
    "databases and queries", "volunteering and non-profit work", "accessibility and localisation",
}


def is_held_out(area):
    return area in HELD_OUT_AREAS


def unseen_intent(label):
    """True for the half of CLINC150's intents whose sentences tuning never uses, in any run."""
    return hashlib.sha256(label.encode()).digest()[0] % 2 == 0
