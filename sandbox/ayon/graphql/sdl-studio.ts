import {
  ACTIVITIES_ARGS,
  connection,
  FOLDERS_ARGS,
  PAGE,
  PRODUCTS_ARGS,
  REPRESENTATIONS_ARGS,
  TASKS_ARGS,
  VERSIONS_ARGS,
  WORKFILES_ARGS,
} from "./sdl-common.ts";

/** Roots, projects, people, events, activities, links and lists. */
export const STUDIO_TYPES_SDL = `
scalar DateTime
scalar JSON

input AttributeFilterInput { name: String!, values: [String!]! }
enum HasLinksFilter { NONE IN OUT ANY BOTH }

type PageInfo {
  hasNextPage: Boolean!
  hasPreviousPage: Boolean!
  startCursor: String
  endCursor: String
}

type Query {
  project(name: String, code: String): ProjectNode!
  projects(name: String, code: String, ${PAGE}, includeSkeleton: Boolean! = false): ProjectsConnection!
  users(name: String, names: [String!], emails: [String!], projectName: String, projects: [String!],
    isSupport: Boolean, ${PAGE}): UsersConnection!
  user(name: String!): UserNode!
  events(ids: [String!], topics: [String!], projects: [String!], users: [String!], states: [String!],
    statuses: [String!], hasChildren: Boolean, olderThan: String, newerThan: String, filter: String,
    includeLogs: Boolean! = false, ${PAGE}): EventsConnection!
  me: UserNode!
  productTypes: [ProductType!]!
}

type FolderType { name: String!, icon: String, color: String, shortName: String }
type TaskType { name: String!, icon: String, color: String, shortName: String }
type Status { name: String!, shortName: String, icon: String, color: String, state: String, scope: [String!] }
type Tag { name: String!, color: String }
type LinkType {
  name: String!
  linkType: String!
  inputType: String!
  outputType: String!
  color: String
  style: String!
}
type ProductType { name: String!, icon: String, color: String }
type ProductBaseType { name: String!, icon: String!, color: String! }

type ProjectNode {
  name: String!
  label: String
  projectName: String!
  code: String!
  color: String
  projectFolder: String
  data: String
  config: String
  active: Boolean!
  library: Boolean!
  skeleton: Boolean!
  createdAt: DateTime!
  updatedAt: DateTime!
  attrib: ProjectAttribType!
  allAttrib: String!
  thumbnail: ThumbnailInfo
  entityList(id: String!): EntityListNode!
  entityLists(${PAGE}, ids: [String!], filter: String, search: String, sortBy: String): EntityListsConnection!
  folder(id: String!): FolderNode
  folders(${FOLDERS_ARGS}): FoldersConnection!
  task(id: String!): TaskNode
  tasks(${TASKS_ARGS}): TasksConnection!
  product(id: String!): ProductNode
  products(${PRODUCTS_ARGS}): ProductsConnection!
  version(id: String!): VersionNode
  versions(${VERSIONS_ARGS}): VersionsConnection!
  representation(id: String!): RepresentationNode
  representations(${REPRESENTATIONS_ARGS}): RepresentationsConnection!
  workfile(id: String!): WorkfileNode
  workfiles(${WORKFILES_ARGS}): WorkfilesConnection!
  activities(${ACTIVITIES_ARGS}): ActivitiesConnection!
  links(ids: [String!], entityIds: [String!], inputIds: [String!], outputIds: [String!], linkTypes: [String!],
    inputTypes: [String!], outputTypes: [String!], first: Int! = 100, after: String, names: [String!],
    nameEx: String): ProjectLinksConnection!
  taskTypes(activeOnly: Boolean! = false): [TaskType!]!
  folderTypes(activeOnly: Boolean! = false): [FolderType!]!
  linkTypes(activeOnly: Boolean! = false): [LinkType!]!
  productTypes: [ProductType!]!
  productBaseTypes: [ProductBaseType!]!
  statuses: [Status!]!
  tags: [Tag!]!
  usedTags: [String!]!
}

type UserNode {
  name: String!
  active: Boolean!
  createdAt: DateTime!
  updatedAt: DateTime!
  accessGroups: String!
  defaultAccessGroups: [String!]!
  isAdmin: Boolean!
  isManager: Boolean!
  isService: Boolean!
  isGuest: Boolean!
  isDeveloper: Boolean!
  isStagingAllowed: Boolean!
  hasPassword: Boolean!
  disablePasswordLogin: Boolean!
  userPool: String
  apiKeyPreview: String
  deleted: Boolean!
  attrib: UserAttribType!
  allAttrib: String!
  tasks(projectName: String!): TasksConnection!
}

type EventNode {
  id: String!
  hash: String!
  topic: String!
  project: String
  user: String
  sender: String
  dependsOn: String
  status: String!
  retries: Int!
  description: String!
  summary: String!
  createdAt: DateTime!
  updatedAt: DateTime!
  data: String
  payload: String
}

type ActivityOriginNode { id: String!, type: String!, subtype: String, name: String, label: String, link: String! }
type ActivityFileNode {
  id: String!
  size: String!
  author: String
  name: String
  mime: String
  createdAt: DateTime!
  updatedAt: DateTime!
}
type ActivityReactionNode { userName: String!, fullName: String, reaction: String!, timestamp: DateTime! }
type ActivityCategory { name: String!, color: String! }

type ActivityNode {
  projectName: String!
  referenceId: String!
  activityId: String!
  referenceType: String!
  activityType: String!
  entityType: String!
  entityId: String
  entityName: String
  entityPath: String
  createdAt: DateTime!
  updatedAt: DateTime!
  creationOrder: Int!
  body: String!
  tags: [String!]!
  category: ActivityCategory
  activityData: String!
  referenceData: String!
  active: Boolean!
  read: Boolean!
  origin: ActivityOriginNode
  parents: [ActivityOriginNode!]!
  reactions: [ActivityReactionNode!]!
  author: UserNode
  assignee: UserNode
  version: VersionNode
  files: [ActivityFileNode!]!
}

type LinkEdge {
  id: String!
  projectName: String!
  entityType: String!
  entityId: String!
  name: String
  linkType: String!
  direction: String!
  description: String!
  author: String
  cursor: String
  data: JSON!
  node: BaseNode
}
type LinksConnection { pageInfo: PageInfo!, edges: [LinkEdge!]! }

type ProjectLinkEdge {
  id: String!
  projectName: String!
  linkType: String!
  inputType: String!
  outputType: String!
  inputId: String!
  outputId: String!
  name: String
  author: String
  createdAt: DateTime!
  cursor: String
  data: JSON!
  inputNode: BaseNode
  outputNode: BaseNode
}
type ProjectLinksConnection { pageInfo: PageInfo!, edges: [ProjectLinkEdge!]! }

type EntityListItemEdge {
  id: String!
  projectName: String!
  entityType: String!
  entityId: String!
  position: Int!
  attrib: String!
  allAttrib: String!
  ownAttrib: [String!]!
  data: String!
  folderPath: String!
  tags: [String!]!
  createdBy: String
  updatedBy: String
  createdAt: DateTime!
  updatedAt: DateTime!
  cursor: String
  node: BaseNode
}
type EntityListItemsConnection { pageInfo: PageInfo!, edges: [EntityListItemEdge!]! }

type EntityListNode {
  projectName: String!
  id: String!
  entityType: String!
  entityListType: String!
  entityListFolderId: String
  label: String!
  access: String!
  allAttrib: String!
  tags: [String!]!
  owner: String
  active: Boolean!
  createdAt: DateTime!
  updatedAt: DateTime!
  createdBy: String
  updatedBy: String
  count: Int!
  data: String!
  attributes: String!
  accessLevel: Int!
  items(${PAGE}, sortBy: String, accessibleOnly: Boolean! = false, filter: String): EntityListItemsConnection!
}
${connection("ProjectsConnection", "ProjectNode")}
${connection("UsersConnection", "UserNode")}
${connection("EventsConnection", "EventNode")}
${connection("ActivitiesConnection", "ActivityNode")}
${connection("EntityListsConnection", "EntityListNode")}
`;
