//! The providers' error answers: status and exact body of each code and type.
//!
//! Statuses of codes for which the vendors give only a class are the likeliest ones; a scenario's `status` overrides.

use serde_json::json;

use crate::scenario::Provider;

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// GLM's codes: HTTP status and English message.
const GLM: &[(&str, u16, &str)] = &[
    ("500", 500, "Internal Error"),
    ("1000", 401, "Authentication Failed"),
    ("1001", 401, "Authentication parameter not received in Header, unable to authenticate"),
    ("1002", 401, "Invalid Authentication Token, please confirm the correct transmission of the Authentication Token"),
    ("1003", 401, "Authentication Token has expired, please regenerate/obtain it"),
    ("1004", 401, "Authentication failed with the provided Authentication Token"),
    ("1005", 401, "Authentication failed"),
    ("1110", 429, "Your account is currently inactive, please check your account information"),
    ("1111", 429, "Your account does not exist"),
    ("1112", 429, "Your account has been locked, please contact customer service to unlock it"),
    ("1113", 429, "Insufficient balance or no resource package. Please recharge."),
    ("1120", 429, "Unable to successfully access your account, please try again later"),
    ("1121", 429, "Your account has been locked due to irregularities"),
    ("1200", 500, "API call error"),
    ("1210", 400, "Incorrect API call parameters, please check the documentation"),
    ("1211", 400, "Model does not exist, please check the model code"),
    ("1212", 400, "The current model does not support this call method"),
    ("1213", 400, "A required parameter was not received properly"),
    ("1214", 400, "The messages parameter is illegal, please check the documentation"),
    ("1215", 400, "Two of the parameters can not be set at the same time, please check the documentation"),
    ("1220", 434, "You do not have permission to access this API"),
    ("1221", 404, "This API has been taken offline"),
    ("1222", 404, "This API does not exist"),
    ("1230", 500, "API call process error"),
    ("1231", 400, "You already have a request with this request_id"),
    ("1234", 500, "Network error, please contact customer service"),
    ("1261", 400, "Prompt exceeds max length"),
    ("1300", 400, "API call blocked by policy"),
    ("1301", 400, "System detected potentially unsafe or sensitive content in input or generation"),
    ("1302", 429, "High concurrency usage of this API, please reduce concurrency or contact customer service"),
    ("1303", 429, "High frequency usage of this API, please reduce frequency or contact customer service"),
    ("1304", 429, "Daily call limit for this API reached, please contact customer service"),
    ("1305", 429, "The model is currently overloaded, please try again later"),
    ("1308", 429, "Usage limit reached for 5 hour. Your limit will reset at 2026-08-01 10:03:40"),
    ("1309", 429, "Your GLM Coding Plan package has expired and is temporarily unavailable"),
    ("1310", 429, "Weekly/Monthly Limit Exhausted. Your limit will reset at 2026-08-01 10:03:40"),
    ("1311", 429, "Your current subscription plan does not yet include access to this model"),
    ("1313", 429, "Your usage pattern does not comply with the Fair Usage Policy, the request frequency is limited"),
    ("1314", 429, "Your plan is not of the kind that this endpoint serves"),
    ("1315", 429, "Your plan is not of the kind that this model needs"),
    ("1316", 429, "Plan limit reached. Your limit will reset at 2026-08-01 10:03:40"),
    ("1317", 429, "Plan limit reached. Your limit will reset at 2026-08-01 10:03:40"),
    ("1318", 429, "Plan limit reached. Your limit will reset at 2026-08-01 10:03:40"),
    ("1319", 429, "Plan limit reached. Your limit will reset at 2026-08-01 10:03:40"),
    ("1320", 429, "Plan limit reached. Your limit will reset at 2026-08-01 10:03:40"),
    ("1321", 429, "Plan limit reached. Your limit will reset at 2026-08-01 10:03:40"),
];

/// Kimi's types: HTTP status and message.
const KIMI: &[(&str, u16, &str)] = &[
    ("content_filter", 400, "The request was rejected because it was considered high risk"),
    ("invalid_request_error", 400, "Invalid request: the request is malformed"),
    ("invalid_authentication_error", 401, "Invalid Authentication"),
    ("incorrect_api_key_error", 401, "Incorrect API key provided"),
    ("permission_denied_error", 403, "The API you are accessing is not open"),
    ("resource_not_found_error", 404, "Not found the model or Permission denied"),
    ("engine_overloaded_error", 429, "The engine is currently overloaded, please try again later"),
    (
        "exceeded_current_quota_error",
        429,
        "Your account org-1 <ak-1> is suspended due to insufficient balance, please recharge your account or check your plan and billing details",
    ),
    (
        "rate_limit_reached_error",
        429,
        "Your account org-1<ak-1> request reached organization max concurrency: 1, please try again after 1 seconds",
    ),
    ("client_closed", 499, "The client closed the request"),
    ("server_error", 500, "The server had an error while processing your request"),
    ("unexpected_output", 500, "The model produced an unexpected output"),
];

pub(crate) fn is_glm_code(code: &str) -> bool {
    GLM.iter().any(|(known, ..)| *known == code)
}

pub(crate) fn is_kimi_type(kind: &str) -> bool {
    KIMI.iter().any(|(known, ..)| *known == kind)
}

impl Refusal {
    /// GLM's error; the codes of the coding plan have the form of that endpoint.
    pub(crate) fn glm(code: &str, message: Option<&str>) -> Self {
        let (_, status, usual) = GLM.iter().find(|(known, ..)| *known == code).copied().unwrap_or(("", 400, ""));
        let message = message.unwrap_or(usual);
        let of_a_plan = code.parse().is_ok_and(|code: u32| (1308..=1321).contains(&code));
        let body = if of_a_plan {
            let message = format!("[{code}][{message}][20261122113000fake]");
            json!({"error": {"type": "rate_limit_error", "code": code, "message": message}})
        } else {
            json!({"error": {"code": code, "message": message}})
        };
        Self { status, body: body.to_string() }
    }

    /// Kimi's error.
    pub(crate) fn kimi(kind: &str, message: Option<&str>) -> Self {
        let (_, status, usual) = KIMI.iter().find(|(known, ..)| *known == kind).copied().unwrap_or(("", 400, ""));
        let body = json!({"error": {"message": message.unwrap_or(usual), "type": kind}});
        Self { status, body: body.to_string() }
    }

    /// A request without a key.
    pub(crate) fn unauthorized(provider: Provider) -> Self {
        match provider {
            Provider::Glm => Self::glm("1001", None),
            Provider::Kimi | Provider::Custom => Self::kimi("invalid_authentication_error", None),
        }
    }

    /// A path or method that does not exist.
    pub(crate) fn not_found(path: &str) -> Self {
        let body = json!({"error": {"message": format!("Not Found: {path}"), "type": "resource_not_found_error"}});
        Self { status: 404, body: body.to_string() }
    }

    /// A request for which the scenario has no reply left: a fault of the test, so it is loud.
    pub(crate) fn unscripted() -> Self {
        let body = json!({"error": {"message": "exai-fake: the scenario has no reply for this request"}});
        Self { status: 501, body: body.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_the_bodies_of_the_real_providers() {
        let busy = Refusal::glm("1302", Some("busy"));
        assert_eq!((busy.status, busy.body.as_str()), (429, r#"{"error":{"code":"1302","message":"busy"}}"#));
        let spent = Refusal::glm("1310", Some("reset at 2026-08-01 10:03:40"));
        let form = r#"{"error":{"type":"rate_limit_error","code":"1310","message":"[1310][reset at 2026-08-01 10:03:40][20261122113000fake]"}}"#;
        assert_eq!(spent.body, form);
        let overloaded = Refusal::kimi("engine_overloaded_error", None);
        let form = r#"{"error":{"message":"The engine is currently overloaded, please try again later","type":"engine_overloaded_error"}}"#;
        assert_eq!((overloaded.status, overloaded.body.as_str()), (429, form));
    }

    #[test]
    fn an_error_of_the_server_keeps_the_plain_form() {
        assert_eq!(Refusal::glm("500", None).body, r#"{"error":{"code":"500","message":"Internal Error"}}"#);
    }
}
