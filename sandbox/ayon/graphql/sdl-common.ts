/** Arguments of every connection. */
export const PAGE = "first: Int, after: String, last: Int, before: String";

const FOLDER_CHILDREN = "includeFolderChildren: Boolean! = false";
const STATISTICS = "calculateStatistics: Boolean! = false";

export const FOLDERS_ARGS = `${PAGE}, ids: [String!], ${FOLDER_CHILDREN}, parentId: String,
  parentIds: [String!], attributes: [AttributeFilterInput!], folderTypes: [String!], statuses: [String!],
  tags: [String!], paths: [String!], pathEx: String, name: String, names: [String!], assignees: [String!],
  hasChildren: Boolean, hasProducts: Boolean, hasTasks: Boolean, hasLinks: HasLinksFilter, search: String,
  filter: String, taskFilter: String, sortBy: String, ${STATISTICS}`;

export const TASKS_ARGS = `${PAGE}, ids: [String!], taskTypes: [String!], folderIds: [String!],
  attributes: [AttributeFilterInput!], names: [String!], statuses: [String!], hasLinks: HasLinksFilter,
  assignees: [String!], assigneesAny: [String!], tags: [String!], tagsAny: [String!], ${FOLDER_CHILDREN},
  search: String, filter: String, folderFilter: String, sortBy: String, ${STATISTICS}`;

export const PRODUCTS_ARGS = `${PAGE}, ids: [String!], hasLinks: HasLinksFilter, folderIds: [String!],
  ${FOLDER_CHILDREN}, names: [String!], namesCi: [String!], nameEx: String, pathEx: String,
  productTypes: [String!], productBaseTypes: [String!], statuses: [String!], tags: [String!], search: String,
  filter: String, versionFilter: String, taskFilter: String, sortBy: String, ${STATISTICS}`;

export const VERSIONS_ARGS = `${PAGE}, ids: [String!], version: Int, versions: [Int!], statuses: [String!],
  tags: [String!], productIds: [String!], taskIds: [String!], folderIds: [String!], ${FOLDER_CHILDREN},
  authors: [String!], latestOnly: Boolean! = false, heroOnly: Boolean! = false,
  heroOrLatestOnly: Boolean! = false, hasReviewables: Boolean, featuredOnly: [String!],
  hasLinks: HasLinksFilter, search: String, filter: String, taskFilter: String, productFilter: String,
  sortBy: String, ${STATISTICS}`;

export const REPRESENTATIONS_ARGS = `${PAGE}, ids: [String!], versionIds: [String!], names: [String!],
  statuses: [String!], tags: [String!], hasLinks: HasLinksFilter, search: String, filter: String`;

export const WORKFILES_ARGS = `${PAGE}, ids: [String!], paths: [String!], pathEx: String, taskIds: [String!],
  statuses: [String!], tags: [String!], hasLinks: HasLinksFilter, search: String, sortBy: String`;

export const ACTIVITIES_ARGS = `${PAGE}, entityType: String, entityIds: [String!], entityNames: [String!],
  activityTypes: [String!], referenceTypes: [String!], activityIds: [String!], tags: [String!],
  categories: [String], changedBefore: String, changedAfter: String, authors: [String!], filter: String`;

const LINKS_ARGS = `direction: String, linkTypes: [String!], names: [String!], nameEx: String,
  first: Int! = 100, after: String`;

/** Fields of every entity node. */
export const NODE_FIELDS = `
  projectName: String!
  id: String!
  name: String!
  active: Boolean!
  createdBy: String
  updatedBy: String
  createdAt: DateTime!
  updatedAt: DateTime!
  allAttrib: String!
  parents: [String!]!
  links(${LINKS_ARGS}): LinksConnection!
  activities(first: Int, last: Int = 100, after: String, before: String, activityTypes: [String!],
    referenceTypes: [String!]): ActivitiesConnection!`;

/** A connection and its edge. */
export function connection(name: string, node: string): string {
  const edge = node.replace(/Node$/, "Edge");
  return `
type ${name} { pageInfo: PageInfo!, edges: [${edge}!]! }
type ${edge} { node: ${node}!, cursor: String }`;
}
