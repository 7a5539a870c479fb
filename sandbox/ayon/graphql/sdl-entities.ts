import {
  connection,
  NODE_FIELDS,
  PRODUCTS_ARGS,
  REPRESENTATIONS_ARGS,
  TASKS_ARGS,
  VERSIONS_ARGS,
  WORKFILES_ARGS,
} from "./sdl-common.ts";

/** Entities of a project, as far as the official Python client and the synchronisation ask for them. */
export const ENTITY_TYPES_SDL = `
interface BaseNode {${NODE_FIELDS}
}

type ThumbnailInfo { id: String!, sourceEntityType: String, sourceEntityId: String, relation: String }
type EntityComment { activityId: String!, author: String, body: String!, createdAt: DateTime! }

type FolderNode implements BaseNode {${NODE_FIELDS}
  label: String
  folderType: String!
  type: String!
  parentId: String
  parent: FolderNode
  thumbnailId: String
  thumbnail: ThumbnailInfo
  thumbnailHash: String!
  path: String
  status: String!
  tags: [String!]!
  data: String
  latestComments: [EntityComment!]
  childCount: Int!
  productCount: Int!
  taskCount: Int!
  totalFolderCount: Int!
  totalTaskCount: Int!
  totalProductCount: Int!
  totalVersionCount: Int!
  hasChildren: Boolean!
  hasProducts: Boolean!
  hasTasks: Boolean!
  hasVersions: Boolean!
  hasReviewables: Boolean!
  attrib: FolderAttribType!
  ownAttrib: [String!]!
  products(${PRODUCTS_ARGS}): ProductsConnection!
  tasks(${TASKS_ARGS}): TasksConnection!
}

type SubTaskNode {
  id: String!
  name: String!
  label: String!
  description: String
  startDate: DateTime
  endDate: DateTime
  assignees: [String!]!
  isDone: Boolean!
}

type TaskNode implements BaseNode {${NODE_FIELDS}
  label: String
  taskType: String!
  type: String!
  thumbnailId: String
  thumbnail: ThumbnailInfo
  thumbnailHash: String!
  assignees: [String!]!
  folderId: String!
  folder: FolderNode!
  status: String!
  tags: [String!]!
  data: String
  path: String
  subtasks: [SubTaskNode!]!
  latestComments: [EntityComment!]
  hasReviewables: Boolean!
  attrib: TaskAttribType!
  ownAttrib: [String!]!
  versions(${VERSIONS_ARGS}): VersionsConnection!
  workfiles(${WORKFILES_ARGS}): WorkfilesConnection!
}

type VersionListItem { id: String!, version: Int!, name: String! }

type ProductNode implements BaseNode {${NODE_FIELDS}
  folderId: String!
  folder: FolderNode!
  productType: String!
  productBaseType: String
  type: String!
  status: String!
  tags: [String!]!
  data: String
  path: String
  attrib: ProductAttribType!
  versions(${VERSIONS_ARGS}): VersionsConnection!
  versionList: [VersionListItem!]!
  latestVersion: VersionNode
  featuredVersion(order: [String!]): VersionNode
}

type VersionNode implements BaseNode {${NODE_FIELDS}
  version: Int!
  productId: String!
  product: ProductNode!
  taskId: String
  task: TaskNode
  thumbnailId: String
  thumbnail: ThumbnailInfo
  thumbnailHash: String!
  author: String
  status: String!
  tags: [String!]!
  data: String
  path: String
  heroVersionId: String
  featuredVersionType: String
  isLatest: Boolean!
  isLatestDone: Boolean!
  hasReviewables: Boolean!
  latestComments: [EntityComment!]
  attrib: VersionAttribType!
  representations(${REPRESENTATIONS_ARGS}): RepresentationsConnection!
}

type FileNode { id: String!, name: String, path: String!, hash: String, hashType: String!, size: String! }

type RepresentationNode implements BaseNode {${NODE_FIELDS}
  versionId: String!
  version: VersionNode!
  status: String!
  tags: [String!]!
  data: String
  path: String
  context: String
  traits: String
  files: [FileNode!]!
  attrib: RepresentationAttribType!
}

type WorkfileNode implements BaseNode {${NODE_FIELDS}
  path: String!
  taskId: String
  task: TaskNode!
  thumbnailId: String
  thumbnail: ThumbnailInfo
  status: String!
  tags: [String!]!
  data: String
  attrib: WorkfileAttribType!
}
${connection("FoldersConnection", "FolderNode")}
${connection("TasksConnection", "TaskNode")}
${connection("ProductsConnection", "ProductNode")}
${connection("VersionsConnection", "VersionNode")}
${connection("RepresentationsConnection", "RepresentationNode")}
${connection("WorkfilesConnection", "WorkfileNode")}
`;
