"""Who keeps what Business decides beforehand: its head and administrators the lists, management the periods."""

KEPT = ("servicetype", "dossieritem", "opportunitystage", "lostreason", "contracttemplate")
SEES_LISTS = {f"business.view_{model}" for model in KEPT}
KEEPS_LISTS = SEES_LISTS | {f"business.{verb}_{model}" for model in KEPT for verb in ("add", "change")}
SEES_SETTINGS = "business.view_businesssettings"
CHANGES_SETTINGS = "business.change_businesssettings"

#: what a new company gives to its roles
ROLES: dict[str, set[str]] = {
    "business_manager": KEEPS_LISTS | {SEES_SETTINGS},
    "executive": SEES_LISTS | {SEES_SETTINGS, CHANGES_SETTINGS},
    "auditor": SEES_LISTS | {SEES_SETTINGS},
    "sysadmin": KEEPS_LISTS | {SEES_SETTINGS, CHANGES_SETTINGS},
}
