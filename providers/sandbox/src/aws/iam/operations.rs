//! Every operation of IAM that the sandbox has.

use super::common::{PAGED, TAGS};
use super::{
    attached, details, inline, instance_profile, instance_profile_calls as profiles, managed,
    provider, provider_change, role_change, role_words, service_linked, tags,
};
use crate::aws::Operation;

const ROLE: &[&str] = &["RoleName"];
const PROVIDER: &[&str] = &["OpenIDConnectProviderArn"];

/// The list.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateRole", role_change::create).accepts(&[
        ROLE,
        TAGS,
        &[
            "Path",
            "AssumeRolePolicyDocument",
            "Description",
            "MaxSessionDuration",
            "PermissionsBoundary",
        ],
    ]),
    Operation::write("CreateServiceLinkedRole", service_linked::create)
        .accepts(&[&["AWSServiceName", "Description"]]),
    Operation::read("GetRole", role_words::get).accepts(&[ROLE]),
    Operation::read("GetAccountAuthorizationDetails", details::get)
        .accepts(&[PAGED, &["Filter.member.N"]]),
    Operation::read("ListRoles", role_words::list).accepts(&[PAGED, &["PathPrefix"]]),
    Operation::write("UpdateRole", role_change::update)
        .accepts(&[ROLE, &["Description", "MaxSessionDuration"]]),
    Operation::write("UpdateAssumeRolePolicy", role_change::update_trust)
        .accepts(&[ROLE, &["PolicyDocument"]]),
    Operation::write("DeleteRole", role_change::delete).accepts(&[ROLE]),
    Operation::write("TagRole", tags::tag_role).accepts(&[ROLE, TAGS]),
    Operation::write("UntagRole", tags::untag_role).accepts(&[ROLE, &["TagKeys.member.N"]]),
    Operation::read("ListRoleTags", tags::of_role).accepts(&[ROLE, PAGED]),
    Operation::read("GetPolicy", managed::get).accepts(&[&["PolicyArn"]]),
    Operation::write("AttachRolePolicy", attached::attach).accepts(&[ROLE, &["PolicyArn"]]),
    Operation::write("DetachRolePolicy", attached::detach).accepts(&[ROLE, &["PolicyArn"]]),
    Operation::read("ListAttachedRolePolicies", attached::list).accepts(&[
        ROLE,
        PAGED,
        &["PathPrefix"],
    ]),
    Operation::write("PutRolePolicy", inline::put)
        .accepts(&[ROLE, &["PolicyName", "PolicyDocument"]]),
    Operation::read("GetRolePolicy", inline::get).accepts(&[ROLE, &["PolicyName"]]),
    Operation::write("DeleteRolePolicy", inline::delete).accepts(&[ROLE, &["PolicyName"]]),
    Operation::read("ListRolePolicies", inline::list).accepts(&[ROLE, PAGED]),
    Operation::read("ListInstanceProfilesForRole", instance_profile::of_role)
        .accepts(&[ROLE, PAGED]),
    Operation::write("CreateInstanceProfile", profiles::create).accepts(&[
        profiles::NAME,
        TAGS,
        &["Path"],
    ]),
    Operation::read("GetInstanceProfile", profiles::get).accepts(&[profiles::NAME]),
    Operation::read("ListInstanceProfiles", profiles::list).accepts(profiles::LIST),
    Operation::write("AddRoleToInstanceProfile", profiles::add_role)
        .accepts(&[profiles::NAME, ROLE]),
    Operation::write("RemoveRoleFromInstanceProfile", profiles::remove_role)
        .accepts(&[profiles::NAME, ROLE]),
    Operation::write("DeleteInstanceProfile", profiles::delete).accepts(&[profiles::NAME]),
    Operation::write("TagInstanceProfile", profiles::tag).accepts(&[profiles::NAME, TAGS]),
    Operation::write("UntagInstanceProfile", profiles::untag)
        .accepts(&[profiles::NAME, &["TagKeys.member.N"]]),
    Operation::write("CreateOpenIDConnectProvider", provider::create).accepts(&[
        TAGS,
        &["Url", "ClientIDList.member.N", "ThumbprintList.member.N"],
    ]),
    Operation::read("GetOpenIDConnectProvider", provider::get).accepts(&[PROVIDER]),
    Operation::read("ListOpenIDConnectProviders", provider::list).accepts(&[&[]]),
    Operation::write("DeleteOpenIDConnectProvider", provider::delete).accepts(&[PROVIDER]),
    Operation::write(
        "UpdateOpenIDConnectProviderThumbprint",
        provider_change::thumbprints,
    )
    .accepts(&[PROVIDER, &["ThumbprintList.member.N"]]),
    Operation::write(
        "AddClientIDToOpenIDConnectProvider",
        provider_change::add_client,
    )
    .accepts(&[PROVIDER, &["ClientID"]]),
    Operation::write(
        "RemoveClientIDFromOpenIDConnectProvider",
        provider_change::remove_client,
    )
    .accepts(&[PROVIDER, &["ClientID"]]),
    Operation::write("TagOpenIDConnectProvider", tags::tag_provider).accepts(&[PROVIDER, TAGS]),
    Operation::write("UntagOpenIDConnectProvider", tags::untag_provider)
        .accepts(&[PROVIDER, &["TagKeys.member.N"]]),
    Operation::read("ListOpenIDConnectProviderTags", tags::of_provider).accepts(&[PROVIDER, PAGED]),
];
